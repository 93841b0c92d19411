// A short tone for a message that came while nobody looked.
export function beep(): void {
  try {
    const context = new AudioContext()
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = 660
    volume.gain.setValueAtTime(0.06, context.currentTime)
    volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.25)
    tone.connect(volume).connect(context.destination)
    tone.start()
    tone.stop(context.currentTime + 0.25)
  } catch {
    // A browser may allow no sound.
  }
}
