import { expect, test } from "vitest";
import { addressFault, keyFault } from "../../../src/core/doctor/address.ts";

test.each([
  ["https://host.example/v1", null],
  ["https://host.example/api/paas/v4", null],
  ["https://host.example", "it ends at the host: most servers want https://host.example/v1"],
  ["https://host.example/", "it ends at the host: most servers want https://host.example/v1"],
  [
    "https://host.example/v1/chat/completions",
    "it is a whole endpoint: write https://host.example/v1",
  ],
  ["https://host.example/v1/models/", "it is a whole endpoint: write https://host.example/v1"],
  ["'https://host.example/v1'", "the quotes are part of it: write https://host.example/v1"],
  [
    "https://me:pass@host.example/v1",
    "it holds a user or a password: write https://host.example/v1 and name the key's variable in api_key_env",
  ],
  ["https://host.example/v1?key=abc", "it holds a query (?key=abc): write https://host.example/v1"],
  ["host.example/v1", "it is no address: write it like https://host/v1"],
])("a base URL %s: %s", (url, fault) => {
  expect(addressFault(url)).toBe(fault);
});

test.each([
  ["sk-abc", null],
  ['"sk-abc"', "K holds its quotes: take them away"],
  ["Bearer sk-abc", 'K begins with "Bearer": leave that word out'],
])("a key %s: %s", (key, fault) => {
  expect(keyFault("K", key)).toBe(fault);
});
