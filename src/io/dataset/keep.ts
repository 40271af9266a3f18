/** Texts put aside on the disk and taken back one by one, in about the order they were put. */
import { closeSync, openSync, readSync } from "node:fs";
import { openLineWriter, type LineWriter } from "./spool.ts";

export type Keep = {
  /** Puts a text (no line feeds) aside; texts are numbered from 0. */
  put(text: string): number;
  get(index: number): string;
  close(): void;
};

const WINDOW = 1 << 16;
const BLOCK = 1 << 14;

/** A keep in a file of its own, made when the first text is put; eight bytes a text stay in memory. */
export function openKeep(path: string): Keep {
  const starts: Float64Array[] = [];
  let count = 0;
  let writer: LineWriter | null = null;
  let fd: number | null = null;
  let window = Buffer.allocUnsafe(WINDOW);
  let from = 0;
  let to = 0;
  const startOf = (index: number): number =>
    index < count
      ? (starts[Math.floor(index / BLOCK)]?.[index % BLOCK] ?? 0)
      : (writer?.bytes ?? 0);
  return {
    put(text) {
      writer ??= openLineWriter(path);
      if (count % BLOCK === 0) starts.push(new Float64Array(BLOCK));
      const block = starts[starts.length - 1];
      if (block !== undefined) block[count % BLOCK] = writer.bytes;
      writer.line(text);
      return count++;
    },
    get(index) {
      const [start, end] = [startOf(index), startOf(index + 1) - 1];
      if (start < from || end > to) {
        writer?.flush();
        fd ??= openSync(path, "r");
        const size = Math.max(end - start, WINDOW);
        if (size > window.length) window = Buffer.allocUnsafe(size);
        from = start;
        to = start + readSync(fd, window, 0, size, start);
      }
      return window.toString("utf8", start - from, end - from);
    },
    close() {
      writer?.close(false);
      if (fd !== null) closeSync(fd);
    },
  };
}
