import type { ServerRole } from '../generated/contract';

/** Whether somebody with this role governs the server. */
export function administers(role: ServerRole): boolean {
  return role === 'owner' || role === 'admin';
}
