import type { IncomingMessage } from 'node:http';
import { malformedBody, refused } from './refusals.ts';

const LARGEST = 16 * 1024 * 1024;

/** The request's body: parsed JSON, text for `text/*` types, undefined when empty. Bodies without a type are JSON, as clients send them. */
export async function readBody(request: IncomingMessage, asText = false): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > LARGEST)
      throw refused('input_validation_error', 'Input validation failed. Details: {The body is too large}');
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  if (asText || request.headers['content-type']?.startsWith('text/')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw malformedBody();
  }
}
