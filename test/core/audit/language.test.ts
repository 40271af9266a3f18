import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { languageOf } from "../../../src/core/audit/language.ts";
import { isInOtherLanguage } from "../../../src/core/challenger/other-language.ts";
import type { Message } from "../../../src/records/message.ts";

const CODE = "\n\n```bash\ngrep -rn 'def slugify' lib | head\n```";
const SAID = {
  en: "Let me look at the function first, and then at the tests that are there for it.",
  de: "Zuerst lese ich die Funktion und danach die Tests, die es für sie schon gibt.",
  fr: "Je regarde d'abord la fonction, puis les tests qui existent pour elle dans le dossier.",
  es: "Primero voy a leer la función y luego las pruebas que ya hay para ella en la carpeta.",
  pt: "Primeiro vou ler a função e depois os testes que já existem para ela no projeto, mas não agora.",
  it: "Prima leggo la funzione e poi i test che ci sono già per questo caso nella cartella del progetto.",
  nl: "Eerst lees ik de functie en dan de tests die er al voor zijn, maar nog niet in deze map.",
  pl: "Najpierw czytam tę funkcję, a potem testy, które już są dla niej w tym katalogu, ale jeszcze nie teraz.",
  sv: "Först läser jag funktionen och sedan de test som redan finns för den, men inte i den här mappen.",
  tr: "Önce bu fonksiyonu okuyorum ve daha sonra onun için var olan testlere bakıyorum, ama şimdi değil.",
  zh: "先看一下这个函数，然后再看已有的测试。",
  ja: "まずこの関数を読んで、それから既にあるテストを見ます。",
  ko: "먼저 이 함수를 읽고 그 다음에 이미 있는 테스트를 보겠습니다.",
  cyrillic: "Сначала прочитаю функцию, а затем тесты, которые для неё уже есть.",
  arabic: "سأقرأ الدالة أولاً ثم الاختبارات الموجودة لها بالفعل في المجلد.",
} as const;

describe("the language of an answer", () => {
  test.each(Object.entries(SAID))("%s is told by its words or its script", (name, text) => {
    expect(languageOf(text + CODE)).toBe(name);
  });

  test.each([
    ["a command alone", CODE],
    ["a few words", "Let me look."],
    ["names in a row", "setUp tearDown assertEqual slugify lower strip join split format replace"],
    [
      "French words in code",
      "```python\nprint('le la les des un une du de et est sont pas ne ce')\n```",
    ],
  ])("is not known of %s", (_name, text) => {
    expect(languageOf(text)).toBeNull();
  });
});

describe("a reply is malformed for its language", () => {
  const turn = (task: string, king: string): { king: string; messages: Message[] } => ({
    king: king + CODE,
    messages: [{ role: "user", content: task }],
  });

  test.each([
    ["English for a German task", SAID.en, turn(SAID.de, SAID.de)],
    ["French for a Spanish task", SAID.fr, turn(SAID.es, SAID.es)],
    ["Chinese for a Japanese task", SAID.zh, turn(SAID.ja, SAID.ja)],
    ["German for an English task whose king says nothing", SAID.de, turn(SAID.en, "")],
    ["Turkish for an English task", SAID.tr, turn(SAID.en, SAID.en)],
    [
      "Czech for an English task",
      "Nejdřív se podívám do souboru, abych pochopil, jak funkce pracuje, a potom na testy.",
      turn(SAID.en, SAID.en),
    ],
    [
      "Vietnamese for an English task, though an i stands between its letters",
      "Trước tiên tôi sẽ xem tệp để hiểu hàm hoạt động như thế nào rồi xem các bài kiểm tra.",
      turn(SAID.en, SAID.en),
    ],
    [
      "Indonesian for an English task",
      "Pertama saya akan melihat berkas itu untuk memahami bagaimana fungsi tersebut bekerja, lalu tesnya.",
      turn(SAID.en, SAID.en),
    ],
  ])("%s", (_name, text, answer) => {
    expect(isInOtherLanguage(text + CODE, answer)).toBe(true);
  });

  test.each([
    ["the language of the task", SAID.de, turn(SAID.de, SAID.de)],
    ["the task's where the king strays", SAID.de, turn(SAID.de, SAID.en)],
    ["the king's where the king strays", SAID.en, turn(SAID.de, SAID.en)],
    ["terse English", "Run pytest tests/test_slug.py, check output.", turn(SAID.en, SAID.en)],
    [
      "English without a small word",
      "Inspect slugify implementation; locate helper functions, regex definitions, existing unit tests.",
      turn(SAID.en, SAID.en),
    ],
    ["a command alone", "", turn(SAID.de, SAID.de)],
    ["a task that is code", SAID.en, turn("x = 1", SAID.en)],
  ])("but not %s", (_name, text, answer) => {
    expect(isInOtherLanguage(text + CODE, answer)).toBe(false);
  });

  test("no turn of real agents is, though they quote code, logs and lists", () => {
    let turns = 0;
    for (const name of ["trajectories", "smith_tool"]) {
      const rows = readFileSync(`test/fixtures/real/${name}.jsonl`, "utf8").trim().split("\n");
      for (const row of rows) {
        const { messages } = JSON.parse(row) as { messages: Message[] | string };
        const all = typeof messages === "string" ? (JSON.parse(messages) as Message[]) : messages;
        for (const { role, content } of all) {
          if (role !== "assistant" || typeof content !== "string") continue;
          turns++;
          for (const king of [content, SAID.en + CODE]) {
            expect(isInOtherLanguage(content, { king, messages: all }), content).toBe(false);
          }
        }
      }
    }
    expect(turns).toBeGreaterThan(3000);
  });
});
