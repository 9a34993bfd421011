//! How long a result may be kept, and by whom.

/// Who may share a cached result (CACHE-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CacheScope {
    /// Only the authorization context that got it.
    #[default]
    Private,
    /// Anyone.
    Public,
}

impl CacheScope {
    /// The scope on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

/// `ttlMs` and `cacheScope` of a modern result. The default is `0` and `private` (CACHE-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CacheHint {
    /// Freshness in milliseconds from receipt; 0 is stale at once.
    pub ttl_ms: u64,
    /// Who may share it.
    pub scope: CacheScope,
}
