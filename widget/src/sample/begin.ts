// The chat of the sample page is open when the page is shown.
import { attributes } from '../loader/settings.ts'

attributes['open'] = ''
