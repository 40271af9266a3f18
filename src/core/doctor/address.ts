/** Slips in a base URL that are seen without asking anybody. */

/** What is wrong with it and how it should read; null when nothing is. Passwords are not repeated. */
export function addressFault(baseUrl: string): string | null {
  if (/^["'“”]|["'“”]$/.test(baseUrl)) {
    return `the quotes are part of it: write ${baseUrl.replace(/^["'“”]+|["'“”]+$/g, "")}`;
  }
  if (!URL.canParse(baseUrl)) return "it is no address: write it like https://host/v1";
  const url = new URL(baseUrl);
  if (url.username !== "" || url.password !== "") {
    return `it holds a user or a password: write ${url.protocol}//${url.host}${url.pathname} and name the key's variable in api_key_env`;
  }
  const endpoint =
    /\/(?:chat\/completions|completions|responses|messages|models|embeddings)\/?$/.exec(
      url.pathname,
    );
  if (endpoint !== null) {
    const short = `${url.origin}${url.pathname.slice(0, endpoint.index)}`;
    return `it is a whole endpoint: write ${short}`;
  }
  if (url.search !== "" && !/api-version/.test(url.search)) {
    return `it holds a query (${url.search}): write ${url.origin}${url.pathname}`;
  }
  if (/^\/?$/.test(url.pathname)) {
    return `it ends at the host: most servers want ${url.origin}/v1`;
  }
  return null;
}

/** A key as it was typed with its quotes or its word "Bearer". null when nothing is wrong with it. */
export function keyFault(name: string, value: string): string | null {
  if (/^["'“”].*["'“”]$/.test(value)) return `${name} holds its quotes: take them away`;
  if (/^bearer\s/i.test(value)) return `${name} begins with "Bearer": leave that word out`;
  return null;
}

/** The slips of a provider's section, named by their keys. */
export function addressSlips(
  name: string,
  {
    base_url,
    base_urls = [],
  }: { readonly base_url?: string | undefined; readonly base_urls?: readonly string[] },
): string[] {
  const said = (key: string, url: string): string[] => {
    const fault = addressFault(url);
    return fault === null ? [] : [`[provider.${name}].${key}: ${fault}`];
  };
  const single = base_url === undefined ? [] : said("base_url", base_url);
  return [...base_urls.flatMap((url) => said("base_urls", url)), ...single];
}

/** The same for its key. */
export function keySlips(env: string, value: string): string[] {
  const fault = keyFault(env, value);
  return fault === null ? [] : [fault];
}
