//! Skills in folders: found, and read whole. What is not a plain file or folder is refused, so that nothing outside is read.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SKILL_FILE;
use super::skill::{MAX_SKILL_BYTES, Skill, invalid, too_much};
use crate::error::Result;

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 16;

/// What lies below a folder.
#[derive(Debug, Default)]
pub struct FoundSkills {
    /// The skills, by their paths from that folder on; the last segment is the skill's name.
    pub skills: Vec<(String, Skill)>,
    /// The folders that were meant to be skills and are none.
    pub flawed: Vec<FlawedFolder>,
}

/// A folder that cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlawedFolder {
    /// Which one.
    pub folder: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl Skill {
    /// Reads a folder. It has the skill's name. Files and folders whose names begin with a dot are left out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when something is wrong with a file of it, or it holds a link or a special file.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        read_skill(folder)
            .map_err(|why| invalid(&format!("the skill in {} cannot be used: {why}", folder.display())))
    }
}

/// Finds the skills below a folder: folders with a `SKILL.md`. What is inside of one belongs to it. Is the folder itself a
/// skill, it is the only one. Folders whose names begin with a dot are left out; links are flawed.
///
/// # Errors
/// [`ErrorKind::InvalidDescriptor`](crate::error::ErrorKind::InvalidDescriptor) when there is no such folder.
pub fn skills_below(root: &Path) -> Result<FoundSkills> {
    let opened =
        fs::canonicalize(root).and_then(|real| if real.is_dir() { Ok(real) } else { Err(not_a_folder()) });
    let real = opened.map_err(|error| {
        invalid(&format!("there is no folder of skills at {}: {error}", root.display())).caused_by(error)
    })?;
    let mut found = FoundSkills::default();
    let name = real.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    if is_file(&real.join(SKILL_FILE)) {
        found.take(name, &real);
    } else {
        visit(&real, "", 0, &mut found)
            .map_err(|error| invalid(&format!("{} cannot be read: {error}", root.display())))?;
    }
    Ok(found)
}

fn visit(folder: &Path, prefix: &str, depth: usize, found: &mut FoundSkills) -> io::Result<()> {
    for (name, path, kind) in children(folder)? {
        let Some(name) = name else { continue };
        let place = format!("{prefix}{name}");
        if kind.is_symlink() {
            if path.join(SKILL_FILE).exists() {
                found.flaw(&path, "it is a link; put the folder itself there".to_owned());
            }
        } else if !kind.is_dir() {
            // Files beside skills are nobody's.
        } else if fs::symlink_metadata(path.join(SKILL_FILE)).is_ok() {
            found.take(place, &path);
        } else if depth < MAX_DEPTH
            && let Err(error) = visit(&path, &format!("{place}/"), depth + 1, found)
        {
            found.flaw(&path, error.to_string());
        }
    }
    Ok(())
}

impl FoundSkills {
    fn take(&mut self, place: String, folder: &Path) {
        match read_skill(folder) {
            Ok(skill) => self.skills.push((place, skill)),
            Err(why) => self.flaw(folder, why),
        }
    }

    fn flaw(&mut self, folder: &Path, why: String) {
        self.flawed.push(FlawedFolder { folder: folder.to_owned(), why });
    }
}

fn read_skill(folder: &Path) -> std::result::Result<Skill, String> {
    let kind = fs::symlink_metadata(folder).map_err(|error| error.to_string())?;
    if kind.is_symlink() {
        return Err("it is a link; name the folder itself".to_owned());
    }
    if !kind.is_dir() {
        return Err(not_a_folder().to_string());
    }
    let mut files = Vec::new();
    gather(folder, "", 0, &mut files, &mut 0)?;
    let skill = Skill::read(files)?;
    let name = &skill.frontmatter().name;
    // `.` and the like have a name only once they are spelled out.
    let real = fs::canonicalize(folder).map_err(|error| error.to_string())?;
    if real.file_name().is_none_or(|folder| folder != name.as_str()) {
        return Err(format!("its SKILL.md says `name: {name}`; the folder must have the same name"));
    }
    Ok(skill)
}

fn gather(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut Vec<(String, Vec<u8>)>,
    bytes: &mut usize,
) -> std::result::Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("{prefix:?} lies more than {MAX_DEPTH} folders deep"));
    }
    for (name, path, kind) in children(folder).map_err(|error| error.to_string())? {
        let Some(name) = name else { return Err(format!("the name of {} is not UTF-8", path.display())) };
        let place = format!("{prefix}{name}");
        if kind.is_symlink() {
            return Err(format!("{place:?} is a link; a skill holds its files itself"));
        }
        if kind.is_dir() {
            gather(&path, &format!("{place}/"), depth + 1, files, bytes)?;
            continue;
        }
        let content = read(&path).map_err(|error| format!("{place:?} cannot be read: {error}"))?;
        *bytes += content.len();
        files.push((place, content));
        too_much(files.len(), *bytes)?;
    }
    Ok(())
}

/// What lies in a folder, in order of name: names that are UTF-8, paths, and what they are. Hidden ones are not there.
fn children(folder: &Path) -> io::Result<Vec<(Option<String>, PathBuf, fs::FileType)>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        children.push((entry.file_name().into_string().ok(), entry.path(), entry.file_type()?));
    }
    children.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(children)
}

/// A plain file's content. It may have been put in another's place since it was seen: what is opened counts.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() || fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut content = Vec::new();
    let most = u64::try_from(MAX_SKILL_BYTES).unwrap_or(u64::MAX);
    file.take(most + 1).read_to_end(&mut content)?;
    Ok(content)
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|kind| kind.is_file())
}

fn not_a_folder() -> io::Error {
    io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder")
}
