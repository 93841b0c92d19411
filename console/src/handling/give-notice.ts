// Tells somebody who perhaps looks elsewhere: a tone, and a notification of the system, which never has the text of a message.
import { isChosen } from './notice-choice.ts'
import type { Notice } from './notices.ts'
import { handlingTexts } from './texts.ts'

export function giveNotice({ kind, conversation_id, key }: Notice, open: (conversation_id: string) => void): void {
  if (isChosen('sound')) playTone()
  const isLookedAt = document.visibilityState === 'visible' && document.hasFocus()
  if (!isChosen('notifications') || isLookedAt || typeof Notification === 'undefined') return
  if (Notification.permission !== 'granted') return
  const notification = showNotification(handlingTexts.notices.kinds[kind], key)
  notification?.addEventListener('click', () => {
    notification.close()
    window.focus()
    open(conversation_id)
  })
}

/** Browsers of phones have notifications, and refuse them to pages. */
function showNotification(title: string, tag: string): Notification | null {
  try {
    return new Notification(title, { tag, icon: '/icon.svg' })
  } catch {
    return null
  }
}

let audio: AudioContext | null = null

/** Browsers stay silent on pages that nobody has clicked yet. */
function playTone(): void {
  try {
    audio ??= new AudioContext()
    const [tone, volume] = [audio.createOscillator(), audio.createGain()]
    const now = audio.currentTime
    tone.frequency.setValueAtTime(660, now)
    tone.frequency.setValueAtTime(880, now + 0.12)
    volume.gain.setValueAtTime(0.08, now)
    volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.3)
    tone.connect(volume).connect(audio.destination)
    tone.start(now)
    tone.stop(now + 0.3)
  } catch {
    // Without sound, the title still counts.
  }
}
