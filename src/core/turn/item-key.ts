/** Keys of work items: stage/answer file[/judge/order]/attempt. */

/** The answer file that an item belongs to. */
export function answerFileOf({ key }: { readonly key: string }): string {
  return key.split("/")[1] ?? "";
}
