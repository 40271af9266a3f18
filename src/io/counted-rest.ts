/** What a run leaves when it is stopped in the middle of its list, counted: a summary says what really waits. */

/**
 * The items as they come; when whoever takes them stops early, those behind go to `left` for some seconds more.
 * @param patience milliseconds; of a list that takes longer the end is not counted
 */
export async function* countedToEnd<T>(
  items: AsyncGenerator<T>,
  left: (item: T) => void,
  patience = 3000,
): AsyncGenerator<T> {
  let isWhole = false;
  try {
    for await (const item of { [Symbol.asyncIterator]: () => unclosed(items) }) yield item;
    isWhole = true;
  } finally {
    if (!isWhole) await countRest(items, left, performance.now() + patience);
  }
}

// ---------------------------------------------------------------------------------------------

/** Without `return`: who stops early does not end the list behind it. */
function unclosed<T>(items: AsyncGenerator<T>): AsyncIterator<T> {
  return { next: () => items.next() };
}

async function countRest<T>(
  items: AsyncGenerator<T>,
  left: (item: T) => void,
  until: number,
): Promise<void> {
  while (performance.now() < until) {
    const next = await items.next();
    if (next.done === true) return;
    left(next.value);
  }
  await items.return(undefined);
}
