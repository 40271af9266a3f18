/**
 * What is counted over all turns is counted once for each state of the list, not once a page: the catalog gives the
 * same array for as long as nothing changed.
 */
export function madeOnce<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const held = new WeakMap<Of, { readonly made: Made }>();
  return (of) => {
    const known = held.get(of) ?? { made: make(of) };
    held.set(of, known);
    return known.made;
  };
}
