/**
 * Who may ask, and what a page may do: the Host header has to be one of ours (a web site cannot reach a
 * local server through a name of its own), pages run no inline script and load nothing from elsewhere,
 * changes need the page's token and the same origin, and a viewer that others can reach wants a key.
 */
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

export type Guard = {
  /** Allowed Host headers, with port: "127.0.0.1:4870". null: any, when the key is what protects. */
  readonly hosts: () => ReadonlySet<string> | null;
  /** Of this run; every form carries it. */
  readonly token: string;
  /** Needed to see anything; null: only this machine can ask. */
  readonly accessKey: string | null;
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function guard({ hosts, accessKey }: Guard): MiddlewareHandler {
  return async (c, next) => {
    const allowed = hosts();
    const host = (c.req.header("host") ?? "").toLowerCase();
    if (allowed !== null && !allowed.has(host)) return c.text("unknown host", 421);
    if (accessKey !== null && !isSame(getCookie(c, COOKIE) ?? "", accessKey)) {
      if (!isSame(c.req.query("key") ?? "", accessKey)) {
        return c.text(
          "This viewer wants the key that it printed when it started: open the address with ?key=...",
          401,
        );
      }
      setCookie(c, COOKIE, accessKey, { httpOnly: true, sameSite: "Strict", path: "/" });
      return c.redirect("/", 303);
    }
    await next();
    c.header("x-content-type-options", "nosniff");
    // Not "no-referrer": with it a browser sends "Origin: null" with a form, and no change could be told
    // from one of another site.
    c.header("referrer-policy", "same-origin");
    c.header("cross-origin-opener-policy", "same-origin");
    c.header("cross-origin-resource-policy", "same-origin");
    if (c.res.headers.get("cache-control") === null) c.header("cache-control", "no-store");
    if (c.res.headers.get("content-security-policy") === null)
      c.header("content-security-policy", POLICY);
    return;
  };
}

/** Room for a note of 10,000 ASCII characters, percent-encoded; of Chinese ones for some 7,000. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Why a change is refused; null when it may be made. */
export function mayChange(
  guarded: Guard,
  origin: string | undefined,
  given: string | undefined,
): string | null {
  if (!isSame(given ?? "", guarded.token))
    return "refused: the form's token is not the one of this viewer; load the page again";
  return originFault(guarded, origin);
}

/** Why a change from this origin is refused; null when it comes from our own pages. */
export function originFault({ hosts }: Guard, origin: string | undefined): string | null {
  const allowed = hosts();
  if (allowed === null) return null;
  const host = (origin ?? "").replace(/^https?:\/\//, "");
  return allowed.has(host) ? null : "refused: the request comes from another origin";
}

// ---------------------------------------------------------------------------------------------

const COOKIE = "kingmaker_key";

/** Takes as long for a wrong text as for a right one of the same length. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
