//! `mynaq.h` as data: what a version of it promises, and a C file that holds later ones to it.

use std::fmt::Write as _;

/// What a header promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `#define NAME value`, in order.
    pub constants: Vec<(String, String)>,
    /// The structs, in order.
    pub structs: Vec<Struct>,
    /// The function type of the one exported symbol.
    pub negotiate: String,
}

/// One struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struct {
    /// Its name.
    pub name: String,
    /// Its members, in order.
    pub members: Vec<Member>,
}

/// One member of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its C declaration, with `@` in the place of the name.
    pub declaration: String,
}

impl Header {
    /// Reads a header that is written as `mynaq.h` is.
    ///
    /// # Errors
    /// What could not be understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = without_comments(text);
        let constants = text.lines().filter_map(constant).collect();
        let mut structs = Vec::new();
        for part in text.split("typedef struct ").skip(1) {
            let (name, rest) = part.split_once('{').ok_or("a struct without a body")?;
            let name = name.trim().to_owned();
            let (body, _) = rest.split_once(&format!("}} {name};")).ok_or("a struct's end")?;
            let declarations = body.split(';').map(str::trim).filter(|text| !text.is_empty());
            let members = declarations.map(member).collect::<Result<_, _>>()?;
            structs.push(Struct { name, members });
        }
        let (_, rest) = text.split_once("(MYNAQ_CALL *mynaq_negotiate_fn)").ok_or("negotiate")?;
        let (arguments, _) = rest.split_once(';').ok_or("the end of negotiate")?;
        let negotiate = format!("int32_t(MYNAQ_CALL *@){}", spaced(arguments));
        Ok(Header { constants, structs, negotiate })
    }

    /// A C99 file that compiles with `mynaq.h` of any later version that keeps what this promises,
    /// and with no other. Its program ends with 0 if texts are the same too.
    pub fn layout(&self, version: &str) -> String {
        let mut c = format!(
            "/* SPDX-License-Identifier: MIT OR Apache-2.0\n *\n \
             * What version {version} of mynaq.h promises. Written when it was frozen, and never\n \
             * again: a mynaq.h this does not compile with breaks hosts of {version}.\n */\n\
             #include <mynaq.h> /* the one that is held to it, not the one beside this */\n\n#include <stddef.h>\n#ifndef MYNAQ_NO_PROGRAM\n#include <string.h>\n\
             #endif\n\n/* As it was then: what today's header calls so may have changed. */\n\
             #if defined(_WIN32)\n#define THEN __cdecl\n#else\n#define THEN\n#endif\n\n\
             #ifndef MYNAQ_HAS\n#error MYNAQ_HAS is gone\n#endif\n\n#define P sizeof(void *)\n\
             #define SAME(name, condition) extern char same_##name[(condition) ? 1 : -1]\n\n"
        );
        for (name, value) in &self.constants {
            if value.starts_with('"') {
                line(&mut c, &format!("SAME({name}, sizeof({name}) == sizeof({value}));"));
            } else if !name.starts_with("MYNAQ_ABI_") {
                line(&mut c, &format!("SAME({name}, {name} == {value});"));
            }
        }
        let value = |name: &str| {
            let found = self.constants.iter().find(|(known, _)| known == name);
            found.map_or("0u", |(_, value)| value.as_str())
        };
        let (major, minor) = (value("MYNAQ_ABI_MAJOR"), value("MYNAQ_ABI_MINOR"));
        line(&mut c, &format!("SAME(MYNAQ_ABI_MAJOR, MYNAQ_ABI_MAJOR == {major});"));
        line(&mut c, &format!("SAME(MYNAQ_ABI_MINOR, MYNAQ_ABI_MINOR + 1 > {minor});"));
        line(
            &mut c,
            "SAME(MYNAQ_ABI_VERSION, MYNAQ_ABI_VERSION == (MYNAQ_ABI_MAJOR << 16 | MYNAQ_ABI_MINOR));",
        );
        for Struct { name, members } in &self.structs {
            c.push('\n');
            let (mut bytes, mut pointers) = (0, 0);
            for member in members {
                let (size, plus_bytes, plus_pointers) = match member.fixed_size() {
                    Some(size) => (size.to_string(), size, 0),
                    None => ("P".to_owned(), 0, 1),
                };
                let member = &member.name;
                line(
                    &mut c,
                    &format!(
                        "SAME({name}_{member}, offsetof({name}, {member}) == {bytes} + {pointers} * P \
                         && sizeof((({name} *)0)->{member}) == {size});"
                    ),
                );
                bytes += plus_bytes;
                pointers += plus_pointers;
            }
            let least = format!("{bytes} + {pointers} * P");
            let grows = members.first().is_some_and(|first| first.name == "struct_size");
            line(
                &mut c,
                &match grows {
                    true => format!("SAME({name}, sizeof({name}) >= {least});"),
                    // What hosts hold by value never changes; some targets round it up to 8.
                    false => format!(
                        "SAME({name}, sizeof({name}) == {least} || sizeof({name}) == ({least} + 7) / 8 * 8);"
                    ),
                },
            );
        }
        c.push_str("\n/* The types, which must be the very same. */\nvoid mynaq_types(");
        let names: Vec<_> = self.structs.iter().map(|it| format!("{0} *{0}_", it.name)).collect();
        line(&mut c, &format!("{}, mynaq_negotiate_fn *negotiate);", names.join(", ")));
        line(
            &mut c,
            &format!("void mynaq_types({}, mynaq_negotiate_fn *negotiate)\n{{", names.join(", ")),
        );
        for Struct { name, members } in &self.structs {
            for member in members {
                let local = format!("*{name}_{}", member.name);
                let declared = as_then(&member.declaration).replacen('@', &local, 1);
                line(&mut c, &format!("    {declared} = &{name}_->{};", member.name));
            }
        }
        line(
            &mut c,
            &format!("    {} = negotiate;", as_then(&self.negotiate).replacen('@', "*found", 1)),
        );
        for Struct { name, members } in &self.structs {
            for member in members {
                line(&mut c, &format!("    (void){name}_{};", member.name));
            }
        }
        c.push_str("    (void)found;\n}\n\n#ifndef MYNAQ_NO_PROGRAM\nint main(void)\n{\n    int wrong = 0;\n");
        for (name, value) in self.constants.iter().filter(|(_, value)| value.starts_with('"')) {
            line(&mut c, &format!("    wrong += strcmp({name}, {value}) != 0;"));
        }
        c.push_str("    return wrong;\n}\n#endif\n");
        c
    }

    /// A C program that prints `struct member offset size` of every member, and the structs' sizes.
    pub fn printer(&self) -> String {
        let mut c = "#include \"mynaq.h\"\n#include <stdio.h>\nint main(void)\n{\n".to_owned();
        for Struct { name, members } in &self.structs {
            line(&mut c, &format!("    printf(\"{name} . %u\\n\", (unsigned)sizeof({name}));"));
            for Member { name: member, .. } in members {
                line(
                    &mut c,
                    &format!(
                        "    printf(\"{name} {member} %u %u\\n\", (unsigned)offsetof({name}, {member}), \
                         (unsigned)sizeof((({name} *)0)->{member}));"
                    ),
                );
            }
        }
        c.push_str("    return 0;\n}\n");
        c
    }
}

impl Member {
    /// Bytes; none for pointers, which have the size of the machine's.
    fn fixed_size(&self) -> Option<usize> {
        match self.declaration.split('@').next().unwrap_or_default().trim() {
            "uint32_t" => Some(4),
            "uint64_t" | "mynaq_handle" => Some(8),
            _ => None,
        }
    }
}

/// A declaration without the names a later header could give another meaning.
fn as_then(declaration: &str) -> String {
    declaration.replace("MYNAQ_CALL", "THEN").replace("mynaq_handle", "uint64_t")
}

fn line(c: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(c, "{text}");
}

fn constant(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
    let value = value.trim();
    let promised = name.starts_with("MYNAQ_")
        && !name.contains('(')
        && name != "MYNAQ_CALL"
        && !value.is_empty();
    promised.then(|| (name.to_owned(), value.to_owned()))
}

fn member(declaration: &str) -> Result<Member, String> {
    let declaration = spaced(declaration);
    if let Some((before, rest)) = declaration.split_once("(MYNAQ_CALL *") {
        let (name, after) = rest.split_once(')').ok_or("a function without a name")?;
        let declaration = format!("{before}(MYNAQ_CALL *@){}", spaced(after));
        return Ok(Member { name: name.to_owned(), declaration });
    }
    let start =
        declaration.rfind([' ', '*']).ok_or_else(|| format!("`{declaration}` is no member"))? + 1;
    let (kind, name) = declaration.split_at(start);
    Ok(Member { name: name.to_owned(), declaration: format!("{kind}@") })
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_comments(text: &str) -> String {
    let mut left = text;
    let mut code = String::with_capacity(text.len());
    while let Some((before, rest)) = left.split_once("/*") {
        code.push_str(before);
        left = rest.split_once("*/").map_or("", |(_, after)| after);
    }
    code + left
}
