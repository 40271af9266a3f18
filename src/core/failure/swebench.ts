/** SWE-bench's harness: which part of its log is the tests', and whose the exit code is. */

const START = ">>>>> Start Test Output";
const END = ">>>>> End Test Output";

/** What stands between the harness's marks, where it set any: what came before is installation. */
export function testOutput(text: string): string {
  const start = text.lastIndexOf(START);
  if (start < 0) {
    const cut = text.indexOf(END);
    return cut < 0 ? text : text.slice(0, cut);
  }
  const end = text.indexOf(END, start);
  const body = text.slice(start, end < 0 ? text.length : end);
  return body.slice(body.indexOf("\n") + 1);
}

/** A script of the harness ends with the code of its last step, not with that of the tests. */
export function isHarnessLog(text: string): boolean {
  return text.includes(START) || text.includes(END) || text.includes(">>>>> Patch Apply Failed");
}
