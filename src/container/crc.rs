//! CRC-16, most significant bit first.

/// A CRC-16 of one polynomial.
pub(super) struct Crc16 {
    table: [u16; 256],
    start: u16,
}

/// That of the ID and data fields of IBM's formats (CCITT).
pub(super) static FIELD: Crc16 = Crc16::new(0x1021, 0xFFFF);
/// That of Teledisk's headers and sectors.
pub(super) static TELEDISK: Crc16 = Crc16::new(0xA097, 0);

impl Crc16 {
    const fn new(polynomial: u16, start: u16) -> Self {
        let mut table = [0; 256];
        let mut byte: u8 = 0;
        while byte < u8::MAX {
            byte += 1;
            table[byte as usize] = shifted((byte as u16) << 8, polynomial);
        }
        Self { table, start }
    }

    /// The checksum of `bytes`.
    pub(super) fn of(&self, bytes: &[u8]) -> u16 {
        bytes.iter().fold(self.start, |crc, byte| {
            let [high, low] = crc.to_be_bytes();
            u16::from(low) << 8 ^ self.table[usize::from(high ^ byte)]
        })
    }
}

/// A byte on top of the register, shifted out.
const fn shifted(mut crc: u16, polynomial: u16) -> u16 {
    let mut bit = 0;
    while bit < 8 {
        let carry = crc & 0x8000 != 0;
        crc <<= 1;
        if carry {
            crc ^= polynomial;
        }
        bit += 1;
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values_are_those_of_the_catalogue() {
        assert_eq!(FIELD.of(b"123456789"), 0x29B1);
        assert_eq!(TELEDISK.of(b"123456789"), 0x0FB3);
    }
}
