/** For tests: encoding any decoded frame again, and naming it. */
import { decodeBody, decodeFrame, encodeControlFrame, plainToBytes } from './codec.ts';
import type { Frame } from './messages.ts';
import { linkFrame } from './shapes.ts';

/** The inverse of `decodeFrame`. */
export function encodeFrame(frame: Frame): Uint8Array {
  return frame.kind === 'link' ? plainToBytes(linkFrame.toWire(frame)) : encodeControlFrame(frame);
}

/** Kind of a control frame, or of a link frame's body. */
export function kindOfFrame(data: Uint8Array): string {
  const frame = decodeFrame(data);
  return frame.kind === 'link' ? decodeBody(frame.body).kind : frame.kind;
}
