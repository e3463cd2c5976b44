/** What has to be undone before this process may end. */
const pending = new Set<() => void>();

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/**
 * Calls `undo` when the process ends by itself, by an uncaught error, or by a signal. It runs synchronously, since nothing
 * else is possible there.
 *
 * @returns Takes it back, once everything was undone in order.
 */
export function undoOnExit(undo: () => void): () => void {
  if (pending.size === 0) listen();
  pending.add(undo);
  return () => {
    pending.delete(undo);
    if (pending.size === 0) unlisten();
  };
}

function listen(): void {
  process.on("exit", undoAll);
  for (const signal of Object.keys(signals)) process.on(signal, onSignal);
}

function unlisten(): void {
  process.off("exit", undoAll);
  for (const signal of Object.keys(signals)) process.off(signal, onSignal);
}

function undoAll(): void {
  for (const undo of pending) undo();
}

function onSignal(signal: keyof typeof signals): void {
  undoAll();
  process.exit(128 + signals[signal]);
}
