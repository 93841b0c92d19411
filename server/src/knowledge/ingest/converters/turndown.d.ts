// The types of the entry of turndown that brings no parser of its own.
declare module 'turndown/lib/turndown.browser.cjs.js' {
  import TurndownService from 'turndown'
  export default TurndownService
}
