export declare const native: import('../typescript/engine/native.js').NativeModule;
