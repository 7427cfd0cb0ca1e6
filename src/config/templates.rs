//! The user's own templates, read with the config so that everything after is a function of values.

use std::fs;
use std::path::{Path, PathBuf};

use super::Config;
use crate::diag::{Finding, Findings, Place, codes};

/// The names under which templates are looked for. Others in the folder are for these to include.
pub const NAMES: [&str; 5] = ["base.html", "index.html", "channel.html", "item.html", "entry.html"];

/// A folder of templates that stand in place of the built-in ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    /// Relative to the root.
    pub folder: PathBuf,
    /// The line of the config, for messages.
    pub line: u32,
    /// In the order of their names.
    pub files: Vec<TemplateFile>,
}

/// One template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFile {
    /// The file's name in the folder.
    pub name: String,
    pub text: String,
}

/// Reads the files of the folder that the config names, if it names one.
///
/// # Errors
/// That the folder or a file cannot be read, or that it holds none of the templates.
pub(super) fn read(config: &mut Config) -> Result<(), Findings> {
    let (root, path) = (config.root.clone(), config.path.clone());
    let Some(templates) = &mut config.output.templates else { return Ok(()) };
    let folder = templates.folder.as_path();
    let refuse = |message: String, help: String| Finding::new(&codes::BAD_VALUE, message).at(Place::line(path, templates.line)).help(help);
    let names = match names(&root.join(folder)) {
        Ok(names) if names.iter().any(|name| NAMES.contains(&name.as_str())) => names,
        Ok(_) => {
            let help = format!("name a file there {}", super::keys::quoted(&NAMES));
            return Err(refuse(format!("`{}` holds no template", folder.display()), help).into());
        }
        Err(error) => {
            let help = "name a folder of templates, relative to the config's folder, or take `templates` out".to_owned();
            return Err(refuse(format!("the folder `{}` cannot be read: {error}", folder.display()), help).into());
        }
    };
    templates.files = names.into_iter().map(|name| file(&root, folder, name)).collect::<Result<_, _>>()?;
    Ok(())
}

/// The HTML files of a folder, in order.
fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".html") && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn file(root: &Path, folder: &Path, name: String) -> Result<TemplateFile, Findings> {
    let shown = folder.join(&name);
    match fs::read_to_string(root.join(&shown)) {
        Ok(text) => Ok(TemplateFile { name, text }),
        Err(error) => {
            let finding = Finding::new(&codes::BAD_TEMPLATE, format!("the template cannot be read: {error}"));
            Err(finding.at(Place::file(shown)).help("it must be a file of UTF-8 that you may read").into())
        }
    }
}
