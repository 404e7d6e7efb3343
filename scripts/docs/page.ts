/** A file of the documentation as it should be. */
export interface Page {
  /** Below the repository's root. */
  readonly path: string;
  readonly content: string;
}
