// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MintableToken} from "./MintableToken.sol";

/// @title HugeReturnToken
/// @notice Answers transfers with true and 256 kB behind it.
contract HugeReturnToken is MintableToken {
    function transfer(address to, uint256 value) public override returns (bool) {
        super.transfer(to, value);
        _answer();
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        _answer();
    }

    function _answer() private pure {
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, 1)
            return(answer, 0x40000)
        }
    }
}
