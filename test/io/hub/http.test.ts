import { expect, test } from "vitest";
import { hubClient, type HubClient } from "../../../src/io/hub/http.ts";
import { resolveUrl } from "../../../src/io/hub/repo.ts";
import { testHub, type Hub, type HubOptions } from "../../support/hub.ts";

const BYTES = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 251));

async function setUp(
  options: HubOptions = {},
): Promise<{ hub: Hub; url: string; waits: number[] }> {
  const hub = await testHub(
    { "o/d": { refs: { main: "c1" }, commits: { c1: { "data/a b.bin": BYTES } } } },
    options,
  );
  return { hub, url: resolveUrl(hub.url, "o/d", "c1", "data/a b.bin"), waits: [] };
}

const clientOf = (hub: Hub, waits: number[], over: object = {}): HubClient =>
  hubClient({
    endpoint: hub.url,
    token: "hf_secret",
    wait: async (ms) => {
      waits.push(ms);
    },
    ...over,
  });

test("a range is read through a redirect to another host, which never sees the token", async () => {
  const { hub, url, waits } = await setUp();
  const client = clientOf(hub, waits);
  const { bytes, size } = await client.range(url, 100, 300);
  expect(Buffer.from(bytes)).toEqual(BYTES.subarray(100, 300));
  expect(size).toBe(5000);
  expect(hub.requests.map(({ host, token }) => [host.split(":")[0], token])).toEqual([
    ["127.0.0.1", "hf_secret"],
    ["localhost", null],
  ]);
  await client.range(url, 0, 10);
  expect(hub.requests).toHaveLength(3);
  expect(client.stats).toMatchObject({ requests: 3, bytes: 210 });
});

test("a range past the end of the file is short", async () => {
  const { hub, url, waits } = await setUp();
  const { bytes } = await clientOf(hub, waits).range(url, 4990, 6000);
  expect(Buffer.from(bytes)).toEqual(BYTES.subarray(4990));
});

test("a cut body goes on where it was cut", async () => {
  const { hub, url, waits } = await setUp({
    fault: ({ path }, seen) => (path.startsWith("/cdn") && seen < 4 ? { cutAfter: 100 } : null),
  });
  const { bytes } = await clientOf(hub, waits).range(url, 0, 1000);
  expect(Buffer.from(bytes)).toEqual(BYTES.subarray(0, 1000));
  const ranges = hub.requests.filter(({ path }) => path.startsWith("/cdn")).map((r) => r.range);
  expect(ranges[0]).toBe("bytes=0-999");
  expect(ranges[1]).toBe("bytes=100-999");
});

test("a body that stops is given up after a while and asked for again", async () => {
  const { hub, url, waits } = await setUp({
    fault: ({ path }, seen) => (path.startsWith("/cdn") && seen < 2 ? { stallAfter: 10 } : null),
  });
  const { bytes } = await clientOf(hub, waits, { stallMs: 150 }).range(url, 0, 1000);
  expect(bytes).toHaveLength(1000);
});

test("a server that ignores the range is read up to the end of it", async () => {
  const { hub, url, waits } = await setUp({ fault: () => ({ ignoreRange: true }) });
  const client = clientOf(hub, waits);
  expect(Buffer.from((await client.range(url, 100, 300)).bytes)).toEqual(BYTES.subarray(100, 300));
  expect(client.stats.ignoredRanges).toBe(1);
});

test("503 and 429 are tried again, after the time that Retry-After says", async () => {
  const { hub, url, waits } = await setUp({
    fault: (_, seen) =>
      seen === 0
        ? { status: 503, headers: { "retry-after": "7" } }
        : seen === 1
          ? { status: 429, headers: { "retry-after": "3" } }
          : null,
  });
  const { bytes } = await clientOf(hub, waits).range(url, 0, 10);
  expect(bytes).toHaveLength(10);
  expect(waits.slice(0, 2)).toEqual([7000, 3000]);
});

test("rate limits do not use up the tries, faults do", async () => {
  const limited = await setUp({ fault: (_, seen) => (seen < 20 ? { status: 429 } : null) });
  expect(
    (await clientOf(limited.hub, [], { tries: 2 }).range(limited.url, 0, 9)).bytes,
  ).toHaveLength(9);
  const broken = await setUp({ fault: () => ({ status: 503 }) });
  await expect(clientOf(broken.hub, [], { tries: 2 }).range(broken.url, 0, 9)).rejects.toThrow(
    /the Hub does not answer .* \(HTTP 503, tried again and again\)/,
  );
});

test("a signed address that has run out is asked for anew", async () => {
  let expired = false;
  const { hub, url, waits } = await setUp({
    fault: ({ path }) => {
      if (!expired || !path.startsWith("/cdn")) return null;
      expired = false;
      return { status: 403 };
    },
  });
  const client = clientOf(hub, waits);
  await client.range(url, 0, 10);
  expired = true;
  expect((await client.range(url, 10, 20)).bytes).toHaveLength(10);
});

test("a file that is not there is an error with its address and what the Hub said", async () => {
  const { hub, waits } = await setUp();
  const url = resolveUrl(hub.url, "o/d", "c1", "none.bin");
  await expect(clientOf(hub, waits).range(url, 0, 9)).rejects.toThrow(
    /none\.bin answered HTTP 404: \{"error":"EntryNotFound"\}/,
  );
});

test("a Hub that nobody runs cannot be reached", async () => {
  const { hub, url, waits } = await setUp();
  await hub.close();
  const client = clientOf(hub, waits);
  await expect(client.range(url, 0, 9)).rejects.toThrow(
    /the Hub cannot be reached at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
  );
});

test("a redirect to itself is an error, not a loop", async () => {
  const hub = await testHub(
    {},
    {
      extra(_request, response, url) {
        response.writeHead(302, { location: url.href }).end();
        return true;
      },
    },
  );
  await expect(clientOf(hub, []).range(`${hub.url}/x`, 0, 9)).rejects.toThrow(
    /\/x redirects in circles/,
  );
});
