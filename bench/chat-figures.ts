/** How a figure of bench:chat is printed beside its target. */
export function against(value: number, target: number | undefined): string {
  const shown = value >= 10 ? value.toFixed(0) : value.toFixed(2);
  if (target === undefined) return shown;
  return `${shown} (target ${target}: ${value <= target ? "met" : "missed"})`;
}
