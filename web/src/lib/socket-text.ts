/** Stands for how Socket.IO's packets carry binary data: Maru's are text alone. */
export const isBinary = (): boolean => false;
export const hasBinary = (): boolean => false;

export function deconstructPacket(): never {
  throw new Error('a packet with binary data was to be sent');
}

export function reconstructPacket(): never {
  throw new Error('a packet with binary data came');
}
