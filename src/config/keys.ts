/**
 * The known keys of chain.toml, read off the schemas.
 */
import { z } from "zod";
import { configSchema } from "../config-schema/schema.ts";

/** Every key of chain.toml as "section.key"; those of a provider as "provider.NAME.key". */
export function configKeys(): readonly string[] {
  return Object.keys(configSchema.shape).flatMap((section) => {
    const path = section === "provider" ? ["provider", "NAME"] : [section];
    return keysAt(path).map((key) => [...path, key].join("."));
  });
}

/** Known keys of the strict table at `path`. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  let node: unknown = configSchema;
  for (const key of path) {
    node = unwrap(node);
    if (node instanceof z.ZodObject) node = (node.shape as Record<string, unknown>)[String(key)];
    else if (node instanceof z.ZodRecord) node = node.valueType;
    else return [];
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape as object) : [];
}

function unwrap(node: unknown): unknown {
  let inner = node;
  while (
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodOptional
  ) {
    inner = inner.def.innerType;
  }
  return inner;
}
