import { expect, test } from "vitest";
import { countHomePaths, homeUsers, maskHomes } from "../../../src/core/secrets/home.ts";

const masked = (...texts: string[]): string[] => {
  const users = homeUsers(texts);
  return texts.map((text) => maskHomes(text, users));
};

test.each([
  ["a home folder", "cd /home/alina/app", "cd /home/user/app"],
  ["one of a Mac", "ls /Users/alina.k/src", "ls /Users/user/src"],
  ["one of Windows", "C:\\Users\\alina\\src", "C:\\Users\\user\\src"],
  ["one of Windows in JSON", '"C:\\\\Users\\\\alina\\\\src"', '"C:\\\\Users\\\\user\\\\src"'],
  ["a folder's name made of a path", "projects/-home-alina-app/x", "projects/-home-user-app/x"],
  [
    "the name by itself",
    "/home/alina: owner alina, alina@box, alinas",
    "/home/user: owner user, user@box, alinas",
  ],
  ["two people", "/home/alina /home/boris/x alina boris", "/home/user /home/user2/x user user2"],
  ["an account that is a word", "/home/dev/x is for dev builds", "/home/user/x is for dev builds"],
  ["none", "homely /homepage Users guide", "homely /homepage Users guide"],
])("%s is given a stand-in", (_what, text, want) => {
  expect(masked(text)).toEqual([want]);
});

test("a user has one stand-in in all texts of a run", () => {
  expect(masked("in /home/boris", "and /home/alina, says boris", "alina")).toEqual([
    "in /home/user",
    "and /home/user2, says user",
    "user2",
  ]);
});

test("masking twice changes nothing more, and stand-ins are no home paths", () => {
  const [once = ""] = masked("/home/alina/x /Users/boris/y");
  expect(masked(once)).toEqual([once]);
  expect(countHomePaths("/home/alina/x /Users/boris/y")).toBe(2);
  expect(countHomePaths(once)).toBe(0);
});
