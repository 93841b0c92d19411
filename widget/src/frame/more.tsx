// What the chat does not need before it can be written in: it is loaded right after the first picture.
export { Markdown, Sources } from './markdown.tsx'
export { Card } from './cards.tsx'
export { describeValues } from './fields.tsx'
export { AskEnd, Menu } from './menu.tsx'
export { Captcha, Ended, History, StartForm } from './panels.tsx'
export { Refused } from './refused.tsx'
export { beep } from './sound.ts'
export { historyOf } from '../course/history.ts'
