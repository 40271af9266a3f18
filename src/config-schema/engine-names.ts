/** The engines there are; --engine takes the same names. Apart from the schema, which is large to load. */
export const ENGINES = ["local", "batch-file", "batch", "ray"] as const;
