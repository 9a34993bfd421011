//! The five protocol versions, the era each belongs to, and what differs within the legacy era.

use std::fmt;

/// Which of the two ways of talking a version belongs to (the specification's own words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Era {
    /// 2025-11-25 and earlier: a handshake, then a session.
    Legacy,
    /// 2026-07-28: every request carries its own envelope; nothing is remembered.
    Modern,
}

/// A protocol version this engine speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProtocolVersion {
    /// 2024-11-05
    V2024_11_05,
    /// 2025-03-26
    V2025_03_26,
    /// 2025-06-18
    V2025_06_18,
    /// 2025-11-25
    V2025_11_25,
    /// 2026-07-28
    V2026_07_28,
}

/// What a version's objects and messages may hold. The modern version has everything but batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// JSON-RPC batches are accepted (BATCH-1).
    pub batches: bool,
    /// Audio content blocks (DOWN-1).
    pub audio: bool,
    /// `resource_link` content blocks (DOWN-2).
    pub resource_links: bool,
    /// `structuredContent` and `outputSchema` with an object at the root (DOWN-5).
    pub structured_output: bool,
    /// `structuredContent` and `outputSchema` of any type (DOWN-3, DOWN-4).
    pub any_structured_output: bool,
    /// `title` and `_meta` on items (DOWN-6).
    pub titles: bool,
    /// `annotations` on tools (DOWN-7).
    pub tool_annotations: bool,
    /// `icons`, and `description` and `websiteUrl` of implementations (DOWN-8).
    pub icons: bool,
    /// `execution` on tools (DOWN-9).
    pub execution: bool,
    /// `message` in progress notifications (DOWN-13).
    pub progress_message: bool,
    /// The `completions` capability is declared (DOWN-14).
    pub completions_capability: bool,
    /// Elicitation (DOWN-11).
    pub elicitation: bool,
    /// Elicitation by form or by URL, each declared by itself (ELI-1).
    pub elicitation_modes: bool,
    /// An event stream begins with an event that has an id and no data; its connection may be closed before the result
    /// (RESUME-6, RESUME-8).
    pub primed_streams: bool,
    /// Clients ask for a task in the params of a call (LTASK-2).
    pub requested_tasks: bool,
    /// Tools in sampling, and what `includeContext` takes declared as `sampling.context` (SAM-2, SAM-6).
    pub sampling_tools: bool,
}

impl ProtocolVersion {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];
    /// The newest version reached through the handshake (VER-12).
    pub const NEWEST_LEGACY: Self = Self::V2025_11_25;
    /// The newest version of all.
    pub const NEWEST: Self = Self::V2026_07_28;
    /// What a legacy request over HTTP is read as when nothing says otherwise (ERA-2, LHTTP-12).
    pub const ASSUMED: Self = Self::V2025_03_26;

    /// The version written `text`, compared exactly (VER-17).
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == text)
    }

    /// How the version is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The version's place in [`ProtocolVersion::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The era the version belongs to.
    #[must_use]
    pub const fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Modern,
            _ => Era::Legacy,
        }
    }

    /// What the version's messages may hold.
    #[must_use]
    pub const fn features(self) -> &'static Features {
        &FEATURES[self.index()]
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

const OLDEST: Features = Features {
    batches: false,
    audio: false,
    resource_links: false,
    structured_output: false,
    any_structured_output: false,
    titles: false,
    tool_annotations: false,
    icons: false,
    execution: false,
    progress_message: false,
    completions_capability: false,
    elicitation: false,
    elicitation_modes: false,
    sampling_tools: false,
    primed_streams: false,
    requested_tasks: false,
};

const FEATURES: [Features; 5] = {
    let march = Features {
        batches: true,
        audio: true,
        tool_annotations: true,
        progress_message: true,
        completions_capability: true,
        ..OLDEST
    };
    let june = Features {
        batches: false,
        resource_links: true,
        structured_output: true,
        titles: true,
        elicitation: true,
        ..march
    };
    let november = Features {
        icons: true,
        execution: true,
        elicitation_modes: true,
        sampling_tools: true,
        primed_streams: true,
        requested_tasks: true,
        ..june
    };
    let modern = Features {
        execution: false,
        primed_streams: false,
        requested_tasks: false,
        any_structured_output: true,
        ..november
    };
    [OLDEST, march, june, november, modern]
};
