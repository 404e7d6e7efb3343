/** A body without some of its keys. */
export const without = (body: Record<string, unknown>, ...keys: string[]) =>
  Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)));

const OTHERS: readonly unknown[] = [7, 'text', true, [], {}];

/** Every body that differs from `body` in one place. */
export function* spoilt(body: unknown, at = ''): Generator<readonly [what: string, body: unknown]> {
  if (Array.isArray(body)) {
    const [first, ...rest] = body;
    if (first === undefined) return;
    for (const [what, item] of spoilt(first, `${at}[0]`)) yield [what, [item, ...rest]];
    for (const other of OTHERS.filter((value) => typeof value !== typeof first))
      yield [`${at}[0] = ${JSON.stringify(other)}`, [other, ...rest]];
    return;
  }
  if (typeof body !== 'object' || body === null) return;
  yield [`${at}.unknown_key`, { ...body, unknown_key: 1 }];
  for (const [key, value] of Object.entries(body)) {
    yield [`${at}.${key} dropped`, without(body as Record<string, unknown>, key)];
    yield [`${at}.${key} = null`, { ...body, [key]: null }];
    for (const other of OTHERS)
      if (typeof other !== typeof value || Array.isArray(other) !== Array.isArray(value))
        yield [`${at}.${key} = ${JSON.stringify(other)}`, { ...body, [key]: other }];
    for (const [what, inner] of spoilt(value, `${at}.${key}`)) yield [what, { ...body, [key]: inner }];
  }
}
