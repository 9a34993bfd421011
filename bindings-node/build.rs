//! Linker settings of a Node addon.

fn main() {
    napi_build::setup();
    // Node closes an addon with the last worker thread that loaded it, and may open it again; neither the allocator nor the
    // engine's own threads outlive that. Where loaders know the flag, the addon stays for as long as the process.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
