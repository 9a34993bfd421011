declare const native: import('../typescript/native.js').NativeModule;
export = native;
