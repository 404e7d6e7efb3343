/** A browser as far as these pages need one: cookies by their attributes, forms, and what it says of where a request comes from. */
export interface Browser {
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  /** Sends the form of the page it looks at, as a person would. */
  submit(fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Page>;
  readonly cookies: ReadonlyMap<string, string>;
}

export interface Page {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Headers;
  readonly text: string;
  /** Hidden field of its forms. */
  readonly csrf: string | undefined;
}

export function openBrowser(): Browser {
  const cookies = new Map<string, string>();
  let at = '';
  let last: Page | undefined;

  async function send(url: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
    const page = {
      status: response.status,
      location: response.headers.get('location'),
      headers: response.headers,
      text,
      csrf,
    };
    if (page.location === null) [at, last] = [url, page];
    return page;
  }

  return {
    cookies,
    get: (url, headers = {}) => send(url, { headers }),
    submit: (fields, headers = {}) =>
      send(at, {
        method: 'POST',
        headers: { origin: new URL(at).origin, 'sec-fetch-site': 'same-origin', ...headers },
        body: new URLSearchParams({ ...(last?.csrf === undefined ? {} : { csrf: last.csrf }), ...fields }),
      }),
  };
}
