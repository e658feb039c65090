const HELD_MS = 450;
/** A finger that moves farther is scrolling. In pixels. */
const STILL_PX = 8;

/** An attachment: calls back when a finger or pen rests on the element. */
export function longPress(held: (element: HTMLElement) => void) {
  return (element: HTMLElement): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    const end = () => clearTimeout(timer);
    const begin = (event: PointerEvent) => {
      end();
      if (event.pointerType === 'mouse') return;
      from = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => {
        swallowTap(element);
        held(element);
      }, HELD_MS);
    };
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PX) end();
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener('pointerdown', begin, { signal });
    element.addEventListener('pointermove', move, { signal, passive: true });
    for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      element.addEventListener(name, end, { signal });
    }
    return () => {
      end();
      listeners.abort();
    };
  };
}

/** The finger that opened something must not also press what has come to lie under it. */
function swallowTap(element: HTMLElement): void {
  const over = new AbortController();
  const { signal } = over;
  const swallow = (event: TouchEvent) => {
    event.preventDefault();
    over.abort();
  };
  element.addEventListener('touchend', swallow, { signal });
  element.addEventListener('touchcancel', () => over.abort(), { signal });
}
