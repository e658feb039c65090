/** Stands for the third of Engine.IO's transports, which `connection.svelte.ts` does not ask for. */
export const WT = undefined;
