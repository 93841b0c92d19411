// Begins the loader on the sample page, with the chat open. It takes the focus only from this page, never from the console around it.
import { attributes } from '../loader/settings.ts'

attributes['open'] = ''
const { focus } = HTMLElement.prototype
HTMLElement.prototype.focus = function (options) {
  if (document.hasFocus()) focus.call(this, options)
}
export const begun = true
