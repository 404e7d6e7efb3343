import { CHOICES, SIMULATOR_TOKENS } from '../choices.ts';
import { ApiError } from './route.ts';

/** The refusals of objects.md §1.5, ready to be thrown. */
export const unauthorized = () =>
  new ApiError(401, ...CHOICES.unauthorized, { 'WWW-Authenticate': 'Basic realm="PCE"' });
export const forbidden = () => new ApiError(403, ...CHOICES.forbidden);
export const notFound = () => new ApiError(404, ...CHOICES.notFound);
export const methodNotAllowed = () => new ApiError(405, ...CHOICES.methodNotAllowed);
export const malformedBody = () => new ApiError(400, ...CHOICES.malformedBody);

/** A business rule of the PCE was broken: 406 with the token of objects.md §13. */
export const refused = (token: string, message: string) => new ApiError(406, token, message);

/** The same for a situation whose token nobody has seen. */
export function refusedAs(situation: keyof typeof SIMULATOR_TOKENS): ApiError {
  const [token, message] = SIMULATOR_TOKENS[situation];
  return refused(token, message);
}

/** The body names an href that does not exist. */
export const invalidUri = (href: string) => refused('invalid_uri', `Invalid URI: {${href.slice(0, 200)}}`);

export const tooManyRequests = (retryAfterSeconds: number) =>
  new ApiError(429, ...CHOICES.tooManyRequests, { 'Retry-After': String(retryAfterSeconds) });
