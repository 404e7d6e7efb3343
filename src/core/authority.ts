/** The strongest thing a tool can do; authority, confirmation and annotations are derived from it (design §5). */
export type Effect = 'read' | 'draft' | 'live' | 'bulk' | 'provision' | 'credentials';

export type Role = 'reader' | 'operator' | 'admin';

/** Who is asking. On stdio: the operator who launched the process. */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  readonly role: Role;
}
