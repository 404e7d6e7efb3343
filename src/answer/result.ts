/** What goes over the wire for one tool call, whatever the transport. */
export interface ToolResult {
  readonly content: readonly [{ readonly type: 'text'; readonly text: string }];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: true;
}

/** In one word what became of a call: `ok`, or the code of its failure. */
export function outcomeOf({ isError, structuredContent }: ToolResult): string {
  if (!isError) return 'ok';
  const code = structuredContent?.['error'];
  return typeof code === 'string' ? code : 'error';
}
