//! C and C++ compilers, as strict as they can be.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::{parts, run};

/// A compiler and how it is asked. The interface's header is found; warnings are errors.
#[derive(Debug, Clone)]
pub struct Compiler {
    program: String,
    arguments: Vec<String>,
    headers: PathBuf,
}

impl Compiler {
    /// gcc for C99.
    pub fn c99() -> Self {
        Compiler::new("gcc", &["-std=c99"])
    }

    /// g++ for C++11.
    pub fn cpp11() -> Self {
        Compiler::new("g++", &["-std=c++11"])
    }

    /// Any compiler that takes gcc's options.
    pub fn new(program: &str, arguments: &[&str]) -> Self {
        let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
        let arguments = arguments.iter().chain(&strict).map(|&word| word.to_owned()).collect();
        let headers = parts().root.join("host-sdk/include");
        Compiler { program: program.to_owned(), arguments, headers }
    }

    /// The same with more arguments.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&word| word.to_owned()));
        self
    }

    /// The same with the headers of another folder.
    #[must_use]
    pub fn including(mut self, headers: &Path) -> Self {
        self.headers = headers.to_owned();
        self
    }

    /// Whether a source is right, without making a program; what the compiler says if it is not.
    ///
    /// # Errors
    /// What the compiler said.
    ///
    /// # Panics
    /// When the compiler is missing.
    pub fn check(&self, source: &Path) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("-fsyntax-only").arg("-I").arg(&self.headers);
        let output = command.arg(source).output().unwrap_or_else(|error| {
            panic!("{}: {error}; conformance/test.sh installs what the tests need", self.program)
        });
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Makes a program of one source.
    ///
    /// # Panics
    /// When the compiler is missing or finds anything to say.
    pub fn compile(&self, source: &Path, program: &Path) {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("-I").arg(&self.headers);
        run(command.arg(source).arg("-o").arg(program).arg("-ldl"));
    }
}
