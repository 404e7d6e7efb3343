/** A page of Markdown that holds nothing of any PCE. */
export interface Page {
  /** `illumio://<path>`; the paths of the reference server (reference-server.md §1.3). */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  text(): string;
}
