// All handlers of web widgets.
export {}
