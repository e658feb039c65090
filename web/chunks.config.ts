import type { ModuleInfo } from 'rolldown';

interface Graph {
  getModuleInfo(id: string): ModuleInfo | null;
}

/**
 * What is loaded before the first message comes in two files, because compression works across a
 * file: libraries, which change seldom and stay in the browser's cache over most upgrades, and our
 * own code. What is imported on demand comes in files of its own.
 */
export const firstLoad = [
  { name: atOnce('libraries'), test: /node_modules/, priority: 1 },
  { name: atOnce('app') },
];

/** Gives a name to the file of those modules that the entry needs at once. */
function atOnce(name: string) {
  return (id: string, graph: Graph): string | null =>
    isNeededAtOnce(id, graph, new Set()) ? name : null;
}

/** Whether a chain of static imports leads from the entry to a module. */
function isNeededAtOnce(id: string, graph: Graph, seen: Set<string>): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const info = graph.getModuleInfo(id);
  if (!info) return false;
  return info.isEntry || info.importers.some((other) => isNeededAtOnce(other, graph, seen));
}
