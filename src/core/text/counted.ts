/** "1 turn", "3 turns"; numbers as they are typed, without separators. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
