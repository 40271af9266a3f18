/** Values as DuckDB's SQL writes them. Loads nothing of DuckDB. */

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
