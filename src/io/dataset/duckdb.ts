/** A DuckDB of its own in memory for the files of a set; it may not look for extensions to load from elsewhere. */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

/** @param memoryLimit as DuckDB writes it: "1GB". */
export async function openDuckDb(
  memoryLimit: string,
): Promise<{ readonly connection: DuckDBConnection; readonly close: () => void }> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    memory_limit: memoryLimit,
    threads: "2",
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
