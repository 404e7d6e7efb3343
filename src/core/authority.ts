/** The strongest thing a tool can do; authority, confirmation and annotations are derived from it (design §5). */
export type Effect = 'read' | 'draft' | 'live' | 'bulk' | 'provision' | 'credentials';

export type Role = 'reader' | 'operator' | 'admin';

/** Who is asking. On stdio: the operator who launched the process. */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  /** Null: none of the caller's groups stands for a role, so nothing is allowed. */
  readonly role: Role | null;
  /** Label expression the caller is limited to; null or absent: none. */
  readonly labelScope?: string | null | undefined;
}
