/** A terminal for tests: keeps what was printed. */
import type { Terminal } from './terminal.ts';

export interface RecordingTerminal extends Terminal {
  stdout(): string;
  stderr(): string;
}

/** A terminal without colours that nobody sits at. */
export function recordingTerminal(options: Partial<Terminal> = {}): RecordingTerminal {
  let [out, err] = ['', ''];
  return {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    outColour: false,
    errColour: false,
    interactive: false,
    outColumns: Number.POSITIVE_INFINITY,
    outUnicode: true,
    columns: 80,
    ...options,
    stdout: () => out,
    stderr: () => err,
  };
}
