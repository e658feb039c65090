import type { AlertKind } from './alert-kind';

/** Notes of each sound, in Hz: made here, so that nothing has to be loaded. */
const notes: Record<AlertKind, number[]> = {
  mention: [659.25, 987.77],
  direct: [659.25, 880],
  message: [587.33],
};
const NOTE_SECONDS = 0.11;
const FADE_SECONDS = 0.35;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;

/** Plays a short sound, unless the browser allows none before the user did something. */
export async function playSound(kind: AlertKind): Promise<void> {
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') await context.resume();
    for (const [index, frequency] of notes[kind].entries()) {
      playNote(context, frequency, context.currentTime + index * NOTE_SECONDS);
    }
  } catch {
    // A device without sound is none of the user's problems.
  }
}

function playNote(audio: AudioContext, frequency: number, at: number): void {
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.type = 'sine';
  tone.frequency.value = frequency;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + FADE_SECONDS);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + FADE_SECONDS);
}
